"""`make bench`: every benchmark once, with its defaults."""

from bench import chat_relay

if __name__ == "__main__":
    chat_relay.main()
