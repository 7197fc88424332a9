require ["copy", "environment", "imapsieve", "variables", "vnd.dovecot.environment", "vnd.dovecot.pipe"];

if environment :matches "imap.user" "*" {
  set "user" "${1}";
}

pipe :copy "trustlane-learn" ["--junk", "${user}"];
