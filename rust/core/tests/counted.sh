#!/bin/sh
# Stands before rustc for our own crates: puts a counter into every block of code, which tests/linear_work.rs reads.
exec "$@" -C instrument-coverage --cfg counted
