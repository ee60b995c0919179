// Runs before the first paint: light, dark or as the system says, remembered in this browser.
(() => {
  const root = document.documentElement,
    dark = matchMedia("(prefers-color-scheme: dark)");
  const choice = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system";
    }
  };
  const apply = () => {
    const now = choice();
    const theme = now === "system" ? (dark.matches ? "dark" : "light") : now;
    root.dataset.theme = theme;
    document
      .querySelector('meta[name="theme-color"]')
      ?.setAttribute("content", theme === "dark" ? "#141413" : "#fbfbfa");
    dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", (event) => {
    if (event.key === "theme") apply();
  });
  addEventListener("picktheme", (event) => {
    localStorage.setItem("theme", event.detail);
    apply();
  });
})();
