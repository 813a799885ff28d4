"""The record of changes. Written by actions, in the transaction of the change itself."""
