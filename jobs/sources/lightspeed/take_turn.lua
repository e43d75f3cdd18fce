-- Counts requests if it is their turn and the window has room; otherwise says how long to wait. Atomic.
--
-- KEYS: the window (a list, newest first), the queue's three sets and flag (fair_queue.py), the notes.
-- ARGV[1]: JSON. Without a `ticket` nothing is counted or changed, and the answer is for the next to come.
-- Returns {1 if counted, seconds to wait, tickets ahead, 1 if paced, 1 if the note is new};
-- nothing if there is no note and no `forgotten` to write it with (redis_rate_limiter.py).
local window, waiting, alive, served, used_up, notes = unpack(KEYS)
local arg = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000

local function score(moment)
    return string.format('%.6f', moment)
end

-- Since when this Redis has counted, and how many requests may have been sent before. INFO has the id that
-- a Redis gives itself at each start.
local function read_note()
    local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
    local text = redis.call('HGET', notes, run_id)
    local is_new = not text
    if is_new and arg.forgotten then
        text = string.format('%s:%d', clock[1], arg.forgotten)
        redis.call('DEL', notes)
        redis.call('HSET', notes, run_id, text)
    end
    if not text then
        return nil
    end
    local since, forgotten = string.match(text, '(%d+):(%d+)')
    local is_young = tonumber(clock[1]) <= tonumber(since) + arg.period
    return {forgotten = is_young and tonumber(forgotten) or 0, is_young = is_young, is_new = is_new}
end

local function read_window()
    local oldest = redis.call('LINDEX', window, -1)
    while oldest and tonumber(oldest) < now - arg.period do
        redis.call('RPOP', window)
        oldest = redis.call('LINDEX', window, -1)
    end
    local turns_over = oldest and math.max(0, tonumber(oldest) + arg.period - now) or arg.period
    return arg.limit - redis.call('LLEN', window), turns_over
end

local function drop_dead_tickets()
    for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', now - arg.life)) do
        redis.call('ZREM', waiting, ticket)
        redis.call('ZREM', alive, ticket)
    end
    redis.call('ZREMRANGEBYSCORE', served, '-inf', now - arg.remembered)
end

-- Queues the ticket, or renews it. Its place depends on when its dealer was last served.
local function stand()
    -- The first write: a full Redis refuses the script here, before anything has changed.
    redis.call('ZADD', alive, score(now), arg.ticket)
    drop_dead_tickets()
    if not redis.call('ZSCORE', waiting, arg.ticket) then
        local since = tonumber(redis.call('ZSCORE', served, arg.dealer) or now - arg.remembered)
        redis.call('ZADD', waiting, score(since - arg.urgency), arg.ticket)
    end
    redis.call('EXPIRE', waiting, math.ceil(arg.life))
    redis.call('EXPIRE', alive, math.ceil(arg.life))
    return redis.call('ZRANK', waiting, arg.ticket)
end

local function is_paced()
    local is_shared = redis.call('ZCARD', waiting) > 1 or redis.call('ZCARD', served) > 1
    return is_shared and redis.call('EXISTS', used_up) == 1
end

local function idle()
    local last = redis.call('ZREVRANGE', served, 0, 0, 'WITHSCORES')[2]
    return last and now - tonumber(last) or math.huge
end

-- Seconds until there may be room for `needed` requests; 0 if there is.
local function wait_for_room(remaining, turns_over, needed, is_urgent)
    if remaining < needed then
        -- Those ahead take what there is; without any, the oldest request has to leave the window first.
        return remaining > 0 and arg.apart or turns_over + arg.after
    end
    if is_urgent or arg.spread == 0 then
        return 0
    end
    -- The fewer are left after these, the sooner the window must turn over.
    local left = remaining - needed
    return math.max(0, turns_over - (left + 1) * arg.period / arg.spread)
end

local function count()
    for _ = 1, arg.cost do
        redis.call('LPUSH', window, score(now))
    end
    redis.call('EXPIRE', window, math.ceil(arg.period))
    redis.call('ZREM', waiting, arg.ticket)
    redis.call('ZREM', alive, arg.ticket)
    redis.call('ZADD', served, score(now), arg.dealer)
    redis.call('EXPIRE', served, math.ceil(arg.remembered))
end

local function answer(is_counted, wait, ahead, paced, note)
    return {is_counted and 1 or 0, score(wait), ahead, paced and 1 or 0, note and note.is_new and 1 or 0}
end

if not arg.ticket then
    drop_dead_tickets()
    local remaining, turns_over = read_window()
    return answer(false, wait_for_room(remaining, turns_over, 1, false), redis.call('ZCARD', waiting))
end
local note = read_note()
if not note then
    return nil
end
local is_urgent = arg.urgency > 0
local ahead, paced = stand(), is_paced()
local remaining, turns_over = read_window()
local needed = ahead + arg.cost
if note.is_young and remaining < note.forgotten + needed then
    return answer(false, arg.tick, ahead, paced, note)
end
local wait = wait_for_room(remaining, turns_over, needed, is_urgent)
if remaining <= 0 then
    redis.call('SET', used_up, 1, 'EX', math.ceil(2 * arg.period))
end
if paced and not is_urgent then
    wait = math.max(wait, arg.pace * (ahead + 1) - idle())
end
if wait > 0 then
    return answer(false, math.min(wait + arg.apart * ahead, arg.longest_wait), ahead, paced, note)
end
count()
return answer(true, 0, ahead, paced, note)
