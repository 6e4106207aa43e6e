// The editor is larger than all else, and its code asks for it only once the page's own script has run. Naming its files
// in the page lets the browser fetch and compile them meanwhile.
const EDITOR = "monaco-graphql/esm/monaco-editor";

export function preloadEditor(base) {
  return {
    name: "preload-editor",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle = {} }) => {
        const files = editorFiles(bundle).filter((file) => !html.includes(file));
        return files.map((file) => preload(base + file));
      },
    },
  };
}

function editorFiles(bundle) {
  const entry = Object.values(bundle).find(({ facadeModuleId }) => facadeModuleId?.includes(EDITOR));
  const files = new Set();
  const visit = (file) => {
    if (files.has(file) || bundle[file]?.type !== "chunk") return;
    files.add(file);
    bundle[file].imports.forEach(visit);
  };
  if (entry) visit(entry.fileName);
  return [...files];
}

function preload(href) {
  return { tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href }, injectTo: "head" };
}
