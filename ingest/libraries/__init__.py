"""Libraries of papers that people keep: BibTeX and CSL-JSON."""
