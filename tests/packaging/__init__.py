"""Tests of what is shipped, and of what a start of kg costs."""
