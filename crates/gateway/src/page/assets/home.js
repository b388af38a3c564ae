// Filters the organisations while one types.
const field = document.querySelector("#filter");
const shown = document.querySelector("#shown");
const rows = [...document.querySelectorAll("table.organisations tbody tr")];
field?.addEventListener("input", () => {
  const wanted = field.value.trim().toLowerCase();
  let left = 0;
  for (const row of rows) {
    row.hidden = !row.querySelector("th").textContent.toLowerCase().includes(wanted);
    if (!row.hidden) left += 1;
  }
  shown.textContent = String(left);
});
