/** The live test of a mailbox: sends, asks until the mail is back, and says what went wrong. */
const EVERY = 2000; // ms

class LiveTest extends HTMLElement {
  connectedCallback() {
    this.button.addEventListener("click", () => this.run());
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("button"));
  }

  get told() {
    return /** @type {HTMLElement} */ (this.querySelector(".banner"));
  }

  async run() {
    this.button.disabled = true;
    this.say(this.dataset.sending || "");
    try {
      let answer = await this.ask(this.dataset.url || "", { method: "POST", headers: { "X-CSRFToken": this.token } });
      const { token } = answer;
      while (answer.state === "waiting") {
        this.say(this.dataset.waiting || "");
        await new Promise((done) => setTimeout(done, EVERY));
        answer = await this.ask(`${this.dataset.state}?token=${encodeURIComponent(token)}`);
      }
      if (answer.state === "done") this.say(this.dataset.done || "", "good");
      else this.say(`${answer.words} ${answer.advice}`, "late");
    } catch {
      this.say(this.dataset.broken || "", "late");
    }
    this.button.disabled = false;
  }

  get token() {
    return /** @type {HTMLInputElement|null} */ (document.querySelector("[name=csrfmiddlewaretoken]"))?.value || "";
  }

  /** @param {string} url @param {RequestInit} [how] @returns {Promise<any>} */
  async ask(url, how = {}) {
    const answer = await fetch(url, { credentials: "same-origin", ...how });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  /** @param {string} words @param {string} [mood] */
  say(words, mood = "info") {
    this.told.hidden = false;
    this.told.className = `banner ${mood}`;
    this.told.textContent = words;
  }
}

customElements.define("live-test", LiveTest);
