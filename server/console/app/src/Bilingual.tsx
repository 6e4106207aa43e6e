/** Both languages side by side, each marked so that a screen reader pronounces it rightly. */
export function Bilingual({ zh, en }: { zh: string; en: string }) {
  return (
    <>
      <span lang="zh-CN">{zh}</span> <span lang="en">{en}</span>
    </>
  );
}
