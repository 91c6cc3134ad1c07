"""The sandbox: fake providers in a process of their own, and what drives them."""
