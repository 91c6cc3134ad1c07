"""`make bench`: every benchmark once, with its defaults."""

from bench import busy, chat_relay, mail, routing, search, switching, timeline, webhooks, workspace

if __name__ == "__main__":
    routing.main()
    search.main()
    workspace.main()
    timeline.main()
    chat_relay.main()
    mail.main()
    busy.main()
    switching.main()
    webhooks.main()
