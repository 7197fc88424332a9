#!lua name=@LIBRARY@

-- The arithmetic of trustlane.ledger.evidence, one subject at a time, where the data is. Every number comes from Python
-- (functions.py); tests/property holds both to the same results, bit for bit.

local FIELDS = {@FIELDS@}
local HALF_LIFE, CAP, MOST_DRIFT = @HALF_LIFE@, @CAP@, @MOST_DRIFT@
local HOUR, DAY, MOST_HALF_LIFE_DAYS = @HOUR@, @DAY@, @MOST_HALF_LIFE_DAYS@
local TIMES, FREE_IN_HOUR, FREE_IN_DAY, AUDITS = @TIMES@, @FREE_IN_HOUR@, @FREE_IN_DAY@, @AUDITS@
local LAPSE, NEW_OWNER, SILENCE = @LAPSE@, @NEW_OWNER@, @SILENCE@
local FAINT_SECONDS, FAINT_EVIDENCE = @FAINT_SECONDS@, @FAINT_EVIDENCE@
local KEPT = @KEPT@

local function left(seconds)
  return 2 ^ (-seconds / HALF_LIFE)
end

local function either(a, b)
  local both = bit.bor(a, b)
  return both < 0 and both + 4294967296 or both
end

local function is_stale(h, now, idle_limit)
  if now < h.set_until then return false end
  local idle = now - h.last_seen
  if idle > idle_limit then return true end
  if idle_limit ~= LAPSE then return false end
  local faint = (h.good + h.bad) * left(math.max(now - h.as_of, 0))
  return idle > FAINT_SECONDS and faint < FAINT_EVIDENCE and h.is_trusted == 0
end

-- The history as it counts now: one that was forgotten begins anew.
local function read(key, now, idle_limit)
  local h, number = {}, 0
  local text = redis.call('GET', key)
  if text then
    for value in string.gmatch(text, '%S+') do
      number = number + 1
      -- After the numbers stand the operator's words, which are kept as they are.
      if FIELDS[number] then h[FIELDS[number]] = tonumber(value) else h.words = value end
    end
    if not is_stale(h, now, idle_limit) then return h end
  end
  for _, name in ipairs(FIELDS) do h[name] = 0 end
  h.words = nil
  return h
end

local function write(key, h, seconds)
  local values = {}
  for number, name in ipairs(FIELDS) do values[number] = string.format('%.17g', h[name]) end
  if h.words then values[#FIELDS + 1] = h.words end
  local set_for = math.ceil(h.set_until - h.last_seen)
  redis.call('SET', key, table.concat(values, ' '), 'EX', math.max(seconds, set_for))
end

local function seen(h, time)
  h.first_seen = math.min(h.first_seen == 0 and time or h.first_seen, time)
  h.last_seen = math.max(h.last_seen, time)
end

-- Begins every call: the time, the latest time that the ledger knows, and how long a subject of this kind may be idle.
local function begun(keys, args)
  local time, now, idle_limit = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
  return time, read(keys[1], now, idle_limit), idle_limit
end

local function renewed(h, time, keys, network)
  local pause = time - h.last_mail
  if pause <= NEW_OWNER or h.last_mail <= 0 then return h end
  local is_new_owner = h.keys ~= 0 and keys ~= 0 and bit.band(h.keys, keys) == 0 and bit.band(h.networks, network) == 0
  if pause > LAPSE or is_new_owner then
    local set_until = h.set_until
    for _, name in ipairs(FIELDS) do h[name] = 0 end
    h.set_until = set_until
  end
  return h
end

local function faded(days)
  return 2 ^ (-days / MOST_HALF_LIFE_DAYS)
end

local function count_volume(h, time)
  local hour, day = math.floor(time / HOUR), math.floor(time / DAY)
  if hour <= h.hour then
    h.in_hour = h.in_hour + 1
  else
    local ended = h.audits_due > 0 and 0 or h.in_hour
    h.most_in_hour = math.max(h.most_in_hour * faded((hour - h.hour) / 24), ended)
    h.hour, h.in_hour = hour, 1
  end
  if day <= h.day then
    h.in_day = h.in_day + 1
  else
    local ended = h.audits_due > 0 and 0 or h.in_day
    h.most_in_day = math.max(h.most_in_day * faded(day - h.day), ended)
    h.day, h.in_day = day, 1
  end
end

local function is_over(h)
  return h.in_hour > math.max(FREE_IN_HOUR, TIMES * h.most_in_hour)
    or h.in_day > math.max(FREE_IN_DAY, TIMES * h.most_in_day)
end

local function mail(keys, args)
  local time, h, idle_limit = begun(keys, args)
  local network, dkim_keys, others = tonumber(args[4]), tonumber(args[5]), tonumber(args[6])
  if args[7] == '1' then renewed(h, time, dkim_keys, network) end
  count_volume(h, time)
  if h.is_trusted == 1 and h.audits_due == 0 and is_over(h) then
    h.braked_at, h.audits_due = time, AUDITS
  end
  seen(h, time)
  h.mails, h.last_mail = h.mails + 1, math.max(h.last_mail, time)
  h.keys, h.networks = either(h.keys, dkim_keys), either(h.networks, network)
  h.others = either(h.others, others)
  write(keys[1], h, idle_limit)
end

local function written(keys, args)
  local time, h, idle_limit = begun(keys, args)
  seen(h, time)
  h.mails, h.last_mail = h.mails + 1, math.max(h.last_mail, time)
  h.others = either(h.others, tonumber(args[4]))
  write(keys[1], h, idle_limit)
end

local function trust(keys, args)
  local time, h, idle_limit = begun(keys, args)
  seen(h, time)
  h.is_trusted = tonumber(args[4])
  write(keys[1], h, idle_limit)
end

-- Whether this is said for the first time; notes that it was. keys[2] holds what was said of the subject.
local function is_first(keys, args, first_name)
  local time, now = tonumber(args[1]), tonumber(args[2])
  for number = first_name, #args do
    local said = redis.call('ZSCORE', keys[2], args[number])
    if said and tonumber(said) >= now - KEPT then
      -- What was said in another report may be said again by this one without counting.
      if number > first_name then redis.call('ZADD', keys[2], time, args[first_name]) end
      return false
    end
  end
  for number = first_name, #args do redis.call('ZADD', keys[2], time, args[number]) end
  redis.call('ZREMRANGEBYSCORE', keys[2], '-inf', string.format('(%.17g', now - KEPT))
  redis.call('EXPIRE', keys[2], KEPT)
  return true
end

local function release(h, time, is_bad, is_silence)
  if h.audits_due == 0 then return end
  local sent_at = is_silence and time - SILENCE or time
  if is_bad then
    h.audits_due = AUDITS
  elseif sent_at >= h.braked_at then
    h.audits_due = h.audits_due - 1
  end
  if h.audits_due == 0 then
    h.most_in_hour, h.most_in_day = math.max(h.most_in_hour, h.in_hour), math.max(h.most_in_day, h.in_day)
  end
end

-- Gives the evidence that there was before; nothing where the label was counted already.
local function label(keys, args)
  if keys[2] and not is_first(keys, args, 10) then return false end
  local time, h, idle_limit = begun(keys, args)
  local good, bad, weight, likelihood = tonumber(args[4]), tonumber(args[5]), tonumber(args[6]), tonumber(args[7])
  local before = (h.good + h.bad) * left(math.max(time - h.as_of, 0))
  local old, new = 1, 1
  if time > h.as_of then old = left(time - h.as_of) else new = left(h.as_of - time) end
  local good_weight, bad_weight = good * weight * new, bad * weight * new
  h.long_good = math.max(h.long_good, h.good) * old + good_weight
  h.long_bad = math.max(h.long_bad, h.bad) * old + bad_weight
  h.good, h.bad = h.good * old + good_weight, h.bad * old + bad_weight
  if h.good + h.bad > CAP then
    local kept = CAP / (h.good + h.bad)
    h.good, h.bad = h.good * kept, h.bad * kept
  end
  h.drift = math.min(math.max(h.drift * old + weight * new * likelihood, 0), MOST_DRIFT)
  release(h, time, args[8] == '1', args[9] == '1')
  h.as_of = math.max(h.as_of, time)
  seen(h, time)
  write(keys[1], h, idle_limit)
  return string.format('%.17g', before)
end

-- What a report says of who made it: args[4] is added where it was borne out, args[5] where it was contradicted.
local function report(keys, args)
  if keys[2] and not is_first(keys, args, 6) then return false end
  local time, h, idle_limit = begun(keys, args)
  seen(h, time)
  if time > h.as_of then
    local kept = left(time - h.as_of)
    for _, name in ipairs({'good', 'bad', 'long_good', 'long_bad', 'drift'}) do h[name] = h[name] * kept end
    h.as_of = time
  end
  if args[4] ~= '0' then h.good = math.min(h.good + tonumber(args[4]), CAP) end
  if args[5] ~= '0' then h.bad = math.min(h.bad + tonumber(args[5]), CAP) end
  write(keys[1], h, idle_limit)
  return '1'
end

-- The operator's word: args[4] is when it ends, args[5] what it says and why.
local function override(keys, args)
  local _, h, idle_limit = begun(keys, args)
  h.set_until, h.words = tonumber(args[4]), args[5]
  write(keys[1], h, idle_limit)
end

-- Whether what keys[1] names is counted for the first time. The value tells what it was, for who looks.
local function claim(keys, args)
  local time, now = args[1], tonumber(args[2])
  local said = redis.call('GET', keys[1])
  if said and tonumber(string.match(said, '%S+')) >= now - KEPT then return 0 end
  redis.call('SET', keys[1], time .. ' ' .. args[3], 'EX', KEPT)
  return 1
end

-- The ids of decisions whose silence is due, the oldest first; each is given once.
local function due(keys, args)
  local ids = redis.call('ZRANGEBYSCORE', keys[1], '-inf', args[1], 'LIMIT', 0, args[2])
  if #ids > 0 then redis.call('ZREM', keys[1], unpack(ids)) end
  return ids
end

redis.register_function('@PREFIX@mail', mail)
redis.register_function('@PREFIX@written', written)
redis.register_function('@PREFIX@trust', trust)
redis.register_function('@PREFIX@label', label)
redis.register_function('@PREFIX@report', report)
redis.register_function('@PREFIX@override', override)
redis.register_function('@PREFIX@claim', claim)
redis.register_function('@PREFIX@due', due)
