/* What a password field has where scripts run: a button that shows what was typed, and how long it is.
   Nothing is sent, kept or decided here; without a script the form works the same. Texts come with the field. */
"use strict";
for (const input of document.querySelectorAll("input[type=password][data-show]")) {
  const { show, hide, count, enough, least } = input.dataset;
  const button = document.createElement("button");
  button.type = "button";
  const reveal = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? hide : show;
    button.setAttribute("aria-label", `${button.textContent}: ${input.labels[0].textContent}`);
  };
  button.addEventListener("click", () => reveal(input.type === "password"));
  // Sent as a password, so that browsers neither keep it as a text nor miss that it is one.
  input.form?.addEventListener("submit", () => reveal(false));
  input.autocapitalize = "none";
  input.spellcheck = false;
  input.after(button);
  reveal(false);
  if (least) {
    const said = document.createElement("p");
    said.className = "hint";
    said.setAttribute("aria-live", "polite");
    input.parentElement.after(said);
    let pause;
    const tell = () => {
      // Characters, as the server counts them.
      const length = [...input.value].length;
      said.textContent = !length ? "" : length < least ? count.replace("{count}", length) : enough;
    };
    // Not at every key: it is read out, too.
    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(tell, 400);
    });
  }
}
