"""Giving up root: once, after the sockets are bound and before any octet of a stranger is read."""

import grp
import os
import pwd

from trustlane.errors import SettingsError


def give_up(user: str, group: str) -> None:
    """Becomes this user and group, for good. Without a user nothing is given up.

    Args:
        user: its name; ``""`` for none.
        group: its name; ``""`` takes the user's own.

    Raises:
        SettingsError: there is no such user or group, or we may not become it.
    """
    if not user:
        return
    try:
        account = pwd.getpwnam(user)
    except KeyError as error:
        raise SettingsError("process.user", f"there is no user {user!r}", 'user = "trustlane"') from error
    try:
        gid = grp.getgrnam(group).gr_gid if group else account.pw_gid
    except KeyError as error:
        raise SettingsError("process.group", f"there is no group {group!r}", 'group = "postfix"') from error
    if (os.geteuid(), os.getegid()) == (account.pw_uid, gid):
        return
    try:
        os.initgroups(user, gid)
        os.setgid(gid)
        os.setuid(account.pw_uid)
    except PermissionError as error:
        why = f"only root can become {user}"
        raise SettingsError("process.user", why, 'user = ""') from error
