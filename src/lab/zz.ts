import { createVirtualDns } from './dns/virtual.ts'
for (const [even, seed, spread, P] of [[true,1,0,30_000],[false,1,0,30_000],[false,2,0,30_000],[true,1,1,1000],[true,1,1,30000],[false,1,1,30000]] as const) {
let now = 0
const dns = createVirtualDns({ now: () => now, seed, even, knobs: { insyncMs: P, spread }, resolvers: { count: 1000, minTtl:{share:.08, seconds:[60,600]}, hold:{share:.02, seconds:3600} }, clients:{keepMs:0} })
const started = performance.now()
let mean=0, n=0
const dt=1000
for (; now < 7200e3; now += dt) dns.newShare()
const W = (tau: number) => spread===0 ? (tau>=P/1000?1:0) : Math.min(1, Math.max(0,tau/(P/1000)))
const Gx = (tau:number,H:number)=>{ let s=0; for(let i=0;i<60;i++){ s+=W(tau-(i+.5)/60*H)} return s/60 }
const Ex = (u:number,T:number)=>{let s=0; for(let i=0;i<20;i++){ const T1=60*10**((i+.5)/20); s+=Gx(u,T1)} return s/20}
const G = (tau: number, H=60) => { return .9*Gx(tau,H)+.08*Ex(tau,0)+.02*Gx(tau,3600) }
const B = (t: number, H=60) => {const u=Math.max(0,t-P/1000); return .9*Math.min(1,u/H)+.08*(1-Math.exp(-u/(5*H)))+.02*(1-Math.exp(-u/7200)) }
const steps: [number, number][] = [[1,0],[10,0],[50,0],[100,0],[0,0]]
let out=[], outB=[]
const jumps:{at:number,d:number}[]=[]
let last=0
for (const [p] of steps) {
  dns.setWeights({ blue: 100-p, green: p }); const t0 = now
  jumps.push({at:t0,d:p/100-last}); last=p/100
  let w = 0, wb=0
  for (; now < t0 + 600e3; now += dt) {
    const s=dns.newShare()
    const e = jumps.reduce((x,j)=>x+j.d*G((now-j.at)/1000),0)
    const eb = jumps.reduce((x,j)=>x+j.d*B((now-j.at)/1000),0)
    w = Math.max(w, Math.abs(s-e)*100); wb=Math.max(wb,Math.abs(s-eb)*100)
  }
  out.push(w.toFixed(2)); outB.push(wb.toFixed(2))
}
console.log(even, seed, spread, P, 'exact', out.join(' '), 'B5', outB.join(' '), Math.round(performance.now()-started),'ms')
}
