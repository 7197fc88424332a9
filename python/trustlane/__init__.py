"""The trust layer for Internet mail."""
