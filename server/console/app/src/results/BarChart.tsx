import { useEffect, useId, useRef, useState } from "react";

import { useChosenLanguage } from "../language";
import { type Bar, roundedUp } from "./bars";

const BAR = 18;
const STEP = 26;
const AXIS = 24;
const NUMBER_WIDTH = 64;
const LABEL_SHARE = 0.34;
const WIDEST_LABEL = 240;
const CHARACTER = 13;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Horizontal bars, as labels are words. The picture is one thing to a screen reader; the numbers stand below it. */
export function BarChart({ title, bars }: { title: string; bars: Bar[] }) {
  const titleId = useId();
  const [place, width] = useWidth();
  const language = useChosenLanguage();
  const labelWidth = Math.min(width * LABEL_SHARE, WIDEST_LABEL);
  const room = Math.max(width - labelWidth - NUMBER_WIDTH, 40);
  const end = roundedUp(Math.max(...bars.map(({ value }) => value), 0));
  const along = (value: number) => (Math.max(value, 0) / end) * room;
  const height = bars.length * STEP + AXIS;
  return (
    <div ref={place} className="bar-chart">
      <svg role="img" aria-labelledby={titleId} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title id={titleId}>{title}</title>
        <Axis left={labelWidth} room={room} height={height} end={end} language={language} />
        {bars.map(({ label, value }, index) => (
          <g key={index} transform={`translate(0 ${AXIS + index * STEP})`}>
            <text x={labelWidth - 8} y={BAR - 4} textAnchor="end">
              {shortened(label, labelWidth)}
              <title>{label}</title>
            </text>
            <rect x={labelWidth} width={along(value)} height={BAR} rx={2} />
            <text x={labelWidth + along(value) + 6} y={BAR - 4}>
              {value.toLocaleString(language)}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

interface AxisProps {
  left: number;
  room: number;
  height: number;
  end: number;
  language: string;
}

/** Ticks where they are whole numbers, or all of them where the end is a fraction. */
function Axis({ left, room, height, end, language }: AxisProps) {
  const ticks = TICKS.filter((share) => end < 1 || Number.isInteger(share * end));
  return (
    <g className="bar-chart-axis">
      {ticks.map((share) => (
        <g key={share} transform={`translate(${left + share * room} 0)`}>
          <line y1={AXIS - 6} y2={height} />
          <text y={AXIS - 10} textAnchor="middle">
            {(share * end).toLocaleString(language)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Organisations' names differ at their ends, so the beginning is what is left out. */
function shortened(label: string, width: number): string {
  const most = Math.max(Math.floor(width / CHARACTER) - 1, 4);
  return label.length > most ? `…${label.slice(1 - most)}` : label;
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
