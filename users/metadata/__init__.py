"""The rules of the two metadata documents. Pure Python without Django and settings; limits are arguments."""
