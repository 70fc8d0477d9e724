-- 办理意见…,办理截止时间:【2024-01-26 17:30】 → 2024-01-26 17:30; nothing where the text names no deadline.
-- The colon is half-width, full-width or missing; a bracket that is not closed fails as a time that can't be read.
function deadline(remark)
  if remark == nil then return nil end
  local rest = remark:match("办理截止时间[:： ]*【(.*)")
  if rest == nil then return nil end
  return rest:match("^(.-)】") or rest
end

-- 办理意见:请核实,办理截止时间:【…】 → 请核实; nothing where the text has no opinion. Marks are compared whole: a
-- set of bytes would cut a character in half.
function advice(remark)
  if remark == nil then return nil end
  local opinion = remark:match("办理意见(.*)")
  if opinion == nil then return nil end
  opinion = opinion:match("^(.-)办理截止时间") or opinion
  for _, colon in ipairs({"：", ":"}) do
    if opinion:sub(1, #colon) == colon then opinion = opinion:sub(#colon + 1) end
  end
  for _, mark in ipairs({" ", "，", ",", "；", ";"}) do
    if opinion:sub(-#mark) == mark then opinion = opinion:sub(1, -#mark - 1) end
  end
  if opinion == "" then return nil end
  return opinion
end
