-- 12348-202401231015000018, NO.202401231100000019 and 202401230930000017 are numbers of one kind: digits only.
-- What is left alone, because it is no such number, is judged like any other reference.
function plain_number(number)
  if number == nil then return nil end
  return number:match("^%d%d%d%d%d%-(%d+)$") or number:match("^[Nn][Oo]%.?(%d+)$") or number
end
