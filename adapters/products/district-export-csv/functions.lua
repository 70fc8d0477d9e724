-- 夜间施工；反复投诉 → two labels. People put between them what their keyboard has: both widths of ; and , and 、.
local between = {"；", ";", "，", ",", "、"}

-- Marks are found whole: a set of bytes would cut a character in half.
local function nextMark(text, from)
  local first, last
  for _, mark in ipairs(between) do
    local at = text:find(mark, from, true)
    if at ~= nil and (first == nil or at < first) then first, last = at, at + #mark - 1 end
  end
  return first, last
end

function labels(text)
  if text == nil then return nil end
  local found, seen, from = {}, {}, 1
  while from <= #text do
    local first, last = nextMark(text, from)
    local label = text:sub(from, (first or #text + 1) - 1):match("^%s*(.-)%s*$")
    if label ~= "" and not seen[label] then
      seen[label] = true
      found[#found + 1] = label
    end
    from = (last or #text) + 1
  end
  return found
end
