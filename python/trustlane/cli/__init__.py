"""The command line: one file a command, one place that knows them all."""
