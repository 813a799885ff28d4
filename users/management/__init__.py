"""The command line: a face like the others, for operators with a shell on the machine."""
