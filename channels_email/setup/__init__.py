"""The guided set-up of a mailbox: in, out, records for the DNS, and a live test."""
