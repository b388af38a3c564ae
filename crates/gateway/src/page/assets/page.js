// What every page does where scripts run.
document.documentElement.classList.add("scripted");

// Addresses that are to be read elsewhere name this service.
for (const address of document.querySelectorAll("[data-absolute]")) address.textContent = new URL(address.textContent, location.href).href;

// How long a button says what it did, in milliseconds.
const SAYING = 2000;

// Texts that are to be taken along. Where the clipboard is out of reach they are marked instead.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const text = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent.trim().replace(/[ \t]+/g, " "));
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = "Marked: copy it now";
    }
    setTimeout(() => { button.textContent = words; }, SAYING);
  });
}
