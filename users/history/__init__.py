"""The record of changes (audit history). Written by actions, in the transaction of the change itself."""
