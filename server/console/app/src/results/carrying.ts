import { csv, html, type Lines, tsv } from "./delimited";

/**
 * False when the browser refuses. The clipboard of scripts wants HTTPS, which a private network may be without; a copy
 * event comes everywhere.
 */
export function copyLines(lines: Lines): boolean {
  let isCopied = false;
  const onCopy = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData("text/plain", tsv(lines));
    event.clipboardData?.setData("text/html", html(lines));
    isCopied = true;
  };
  document.addEventListener("copy", onCopy, { capture: true, once: true });
  document.execCommand("copy");
  document.removeEventListener("copy", onCopy, { capture: true });
  return isCopied;
}

export function downloadLines(lines: Lines): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv(lines)], { type: "text/csv;charset=utf-8" }));
  link.download = `dengta-${timestamp()}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}

function timestamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}
