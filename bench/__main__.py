"""`make bench`: every benchmark once, with its defaults."""

from bench import chat_relay, routing, search, workspace

if __name__ == "__main__":
    routing.main()
    search.main()
    workspace.main()
    chat_relay.main()
