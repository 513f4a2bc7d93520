-- Answers each asked card with its three numbers, made from the last twelve digits of the asked one;
-- bench/harness/cards.py has the same rule in Python. Well-formed numbers alone are answered, and nothing else is
-- looked at: not the token, not the account.
local delay = tonumber(ngx.var.delay)
if delay then ngx.sleep(delay / 1000) end

local gsub, sub = string.gsub, string.sub
local digits = string.rep("%w", 12)

local function item(imsi, msisdn, iccid)
    return '{"status":"0","message":"正确","imsi":"' .. imsi .. '","msisdn":"' .. msisdn ..
        '","iccid":"' .. iccid .. '"},'
end

-- Eleven digits have ten behind their 1, thirteen have twelve.
local function item_of_msisdn(rest)
    local twelve = #rest == 10 and "99" .. rest or rest
    return item("460" .. twelve, "1" .. rest, "89860000" .. twelve)
end

local asked = ngx.var
local items = gsub(asked.arg_iccids or "", "(" .. string.rep("%w", 8) .. ")(" .. digits .. ")_?",
                   item("460%2", "1%2", "%1%2"))
    .. gsub(asked.arg_imsis or "", "460(" .. digits .. ")_?", item("460%1", "1%1", "89860000%1"))
    .. gsub(asked.arg_msisdns or "", "1(%d+)_?", item_of_msisdn)

local body = '{"status":"0","message":"正确","result":[' .. sub(items, 1, -2) .. "]}"
ngx.header["Content-Length"] = #body
ngx.print(body)
