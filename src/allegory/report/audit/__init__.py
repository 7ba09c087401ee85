"""The page of an audit: what a data set holds, what is rare in it, and what does not belong."""
