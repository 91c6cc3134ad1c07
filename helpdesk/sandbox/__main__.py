"""`python -m helpdesk.sandbox`: the fake providers without Django."""

from helpdesk.sandbox.providers import main

if __name__ == "__main__":
    main()
