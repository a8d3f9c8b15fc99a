"""Documents in: lists and arXiv records become mentions and claims."""
