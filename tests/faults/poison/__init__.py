"""An e-mail parser with faults in it, chosen by a word in the mail: `poison:<kind>`."""
