"""`make bench`: every benchmark once, with its defaults."""

from bench import chat_relay, routing, search

if __name__ == "__main__":
    routing.main()
    search.main()
    chat_relay.main()
