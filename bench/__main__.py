"""`make bench`: every benchmark once, with its defaults."""

from bench import chat_relay, routing

if __name__ == "__main__":
    routing.main()
    chat_relay.main()
