"""The measurements of `make bench`: ratios, in one run, on one machine."""
