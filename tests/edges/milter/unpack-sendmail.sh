#!/bin/sh
# Sendmail's packages and Postfix's exclude each other, so Sendmail is not installed but unpacked beside it, into .sendmail/.
set -eu
cd "$(dirname "$0")/../../.."
[ -x .sendmail/usr/libexec/sendmail/sendmail ] && exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get download -qq sendmail-bin sendmail-cf)
for package in "$folder"/*.deb; do
    dpkg -x "$package" .sendmail
done
