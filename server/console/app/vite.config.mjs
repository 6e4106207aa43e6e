import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { preloadEditor } from "./scripts/preloadEditor.mjs";

const BASE = "/console/";

export default defineConfig({
  base: BASE,
  plugins: [react(), preloadEditor(BASE)],
  // Real worker files, so that the policy needs neither blob: nor data: scripts.
  worker: { format: "es" },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // Fonts and images stay files: the policy lets fonts come from this server only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    // Monaco is one large chunk, and is loaded apart from the page itself.
    chunkSizeWarningLimit: 4000,
  },
});
