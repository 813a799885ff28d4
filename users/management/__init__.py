"""The command line: a face like the others, for whoever has the machine's shell."""
