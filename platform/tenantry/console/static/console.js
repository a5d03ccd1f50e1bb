// Says when a page is on its way, and brings the content up to date in place, for as long as it is looked at.
"use strict";

(() => {
  const root = document.documentElement;
  const status = document.querySelector(".said");
  const content = () => document.getElementById("content");
  let timer;

  function loading(on) {
    root.classList.toggle("loading", on);
    content().toggleAttribute("aria-busy", on);
  }

  async function refresh() {
    loading(true);
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      replace(page.getElementById("content"));
      status.textContent = "";
    } catch {
      status.textContent = "This console does not answer. Is `tenantry console` still running?";
    } finally {
      loading(false);
      plan();
    }
  }

  // Who has opened a table or stands on a link finds it again.
  function replace(fresh) {
    const open = [...document.querySelectorAll("details[open]")].map((each) => each.id);
    const focused = document.activeElement?.id;
    content().replaceWith(document.adoptNode(fresh));
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    document.dispatchEvent(new Event("content"));
  }

  function plan() {
    clearTimeout(timer);
    const seconds = Number(content().dataset.refresh);
    if (seconds && !document.hidden) timer = setTimeout(refresh, seconds * 1000);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.getAttribute("href").startsWith("#")) return;
    if (link.id === "now") {
      event.preventDefault();
      refresh();
    } else {
      loading(true);
    }
  });
  document.addEventListener("submit", () => loading(true));
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : content().dataset.refresh && refresh()));
  addEventListener("pageshow", () => loading(false)); // also when it comes back from the history
  plan();
})();
