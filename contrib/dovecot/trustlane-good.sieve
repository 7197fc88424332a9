require ["copy", "environment", "imapsieve", "variables", "vnd.dovecot.environment", "vnd.dovecot.pipe"];

# Who empties Junk into Trash does not say that it was wanted.
if environment :is "imap.mailbox" "Trash" {
  stop;
}

if environment :matches "imap.user" "*" {
  set "user" "${1}";
}

pipe :copy "trustlane-learn" ["--good", "${user}"];
