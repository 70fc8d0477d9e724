-- 办理意见…,办理截止时间:【2024-01-26 17:30】 → 2024-01-26 17:30; nothing where the text names no deadline.
-- The colon is half-width, full-width or missing; a bracket that is not closed fails as a time that can't be read.
function deadline(remark)
  if remark == nil then return nil end
  local rest = remark:match("办理截止时间[::]*【(.*)")
  if rest == nil then return nil end
  return rest:match("^(.-)】") or rest
end
