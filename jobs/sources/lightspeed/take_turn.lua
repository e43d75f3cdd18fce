-- Counts requests if it is their turn and the window has room; otherwise says how long to wait. Atomic.
--
-- KEYS (fair_queue.py, redis_rate_limiter.py):
--   window      list: the time of each counted request, newest first
--   waiting     sorted set: tickets that wait; the lowest score is next
--   alive       sorted set: the same tickets by the time when they were last renewed
--   served      sorted set: dealers by the time of their last turn
--   used_up     flag: the rate was used up lately
--   kept_since  hash: id of this start of Redis -> "time of the first count:requests that it may not know of"
-- ARGV[1]: JSON; times are in seconds. Without a `ticket` nothing is counted or queued.
-- Returns {1 if counted, seconds to wait, tickets ahead, 1 if the entry of kept_since is new};
-- nothing if that entry is missing and there is no `sent_before` to write it with.
local window, waiting, alive, served, used_up, kept_since = unpack(KEYS)
local arg = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000

-- Formats seconds as text with microseconds: Lua has fewer digits, and Redis cuts numbers to integers.
local function decimal(seconds)
    return string.format('%.6f', seconds)
end

-- Returns how far the window can be trusted: `is_recent` if this Redis has counted for less than one window,
-- and then `sent_before`, the requests that may have been sent before. If the entry is missing, as after a
-- restart, it is written first. INFO has the id that a Redis gives itself at each start.
local function read_start()
    local run_id = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
    local text = redis.call('HGET', kept_since, run_id)
    local is_new = not text
    if is_new and not arg.sent_before then
        return nil
    end
    if is_new then
        text = string.format('%s:%d', clock[1], arg.sent_before)
        redis.call('DEL', kept_since) -- the entry of an earlier start
        local field, value = run_id, text
        redis.call('HSET', kept_since, field, value)
    end
    local since, sent_before = string.match(text, '(%d+):(%d+)')
    local is_recent = tonumber(clock[1]) <= tonumber(since) + arg.period
    return {sent_before = is_recent and tonumber(sent_before) or 0, is_recent = is_recent, is_new = is_new}
end

-- Removes requests that are older than the window. Returns how many more it has room for, and the seconds
-- until its oldest request leaves it.
local function read_window()
    local oldest = redis.call('LINDEX', window, -1)
    while oldest and tonumber(oldest) < now - arg.period do
        redis.call('RPOP', window)
        oldest = redis.call('LINDEX', window, -1)
    end
    local oldest_leaves_in = oldest and math.max(0, tonumber(oldest) + arg.period - now) or arg.period
    return arg.limit - redis.call('LLEN', window), oldest_leaves_in
end

-- Removes tickets that were not renewed, as their process ended, and turns that are too long ago to count.
local function remove_expired()
    for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', now - arg.ticket_life)) do
        redis.call('ZREM', waiting, ticket)
        redis.call('ZREM', alive, ticket)
    end
    redis.call('ZREMRANGEBYSCORE', served, '-inf', now - arg.turn_life)
end

-- Returns how many tickets wait that are not in the background: those have scores far in the future.
local function count_waiting()
    return redis.call('ZCOUNT', waiting, '-inf', now + arg.period)
end

-- Adds the ticket to the queue, or renews it. Returns the number of tickets ahead of it.
local function queue_ticket()
    -- The first write: a full Redis refuses the script here, before anything has changed.
    redis.call('ZADD', alive, decimal(now), arg.ticket)
    remove_expired()
    if not redis.call('ZSCORE', waiting, arg.ticket) then
        -- The dealer served longest ago is next. One without a turn counts as served `turn_life` ago: it is
        -- ahead of those served since, and behind those that have waited longer. Urgent tickets come first.
        local last_turn = tonumber(redis.call('ZSCORE', served, arg.dealer) or now - arg.turn_life)
        redis.call('ZADD', waiting, decimal(last_turn - arg.urgency), arg.ticket)
    end
    redis.call('EXPIRE', waiting, math.ceil(arg.ticket_life))
    redis.call('EXPIRE', alive, math.ceil(arg.ticket_life))
    return redis.call('ZRANK', waiting, arg.ticket)
end

-- Whether requests are spaced evenly: several dealers share a login whose rate was used up lately.
local function read_paced()
    local is_shared = count_waiting() > 1 or redis.call('ZCARD', served) > 1
    return is_shared and redis.call('EXISTS', used_up) == 1
end

-- Returns the seconds since the last turn of any dealer.
local function since_last_turn()
    local last_turn = redis.call('ZREVRANGE', served, 0, 0, 'WITHSCORES')[2]
    return last_turn and now - tonumber(last_turn) or math.huge
end

-- Returns the seconds until there may be room for `needed` requests; 0 if there is.
local function wait_for_room(room, oldest_leaves_in, needed, is_urgent)
    if room < needed then
        -- Tickets ahead will take what room there is. Without room, the oldest request has to leave first.
        return room > 0 and arg.stagger or oldest_leaves_in + arg.slack
    end
    if is_urgent or arg.spread == 0 then
        return 0
    end
    -- The last `spread` requests of the window are not sent in a burst: the less room would be left after
    -- these, the sooner the oldest request has to leave.
    local room_left = room - needed
    return math.max(0, oldest_leaves_in - (room_left + 1) * arg.period / arg.spread)
end

-- Counts the requests, removes the ticket from the queue, and records the dealer's turn.
local function count_requests()
    for _ = 1, arg.cost do
        redis.call('LPUSH', window, decimal(now))
    end
    redis.call('EXPIRE', window, math.ceil(arg.period))
    redis.call('ZREM', waiting, arg.ticket)
    redis.call('ZREM', alive, arg.ticket)
    if arg.urgency >= 0 then
        redis.call('ZADD', served, decimal(now), arg.dealer)
        redis.call('EXPIRE', served, math.ceil(arg.turn_life))
    end
end

local function reply(is_counted, wait, ahead, start)
    local is_new = start and start.is_new
    return {is_counted and 1 or 0, decimal(wait), ahead, is_new and 1 or 0}
end

-- Without a ticket: only how long a request would wait, and how many tickets wait.
if not arg.ticket then
    remove_expired()
    local room, oldest_leaves_in = read_window()
    return reply(false, wait_for_room(room, oldest_leaves_in, 1, false), count_waiting())
end

local start = read_start()
if not start then
    return nil
end
local is_urgent = arg.urgency > 0
local ahead, is_paced = queue_ticket(), read_paced()
local room, oldest_leaves_in = read_window()
local needed = ahead + arg.cost -- room for those ahead as well: the ticket is not served before them
local is_background = arg.urgency < 0
if is_background then
    needed = needed + math.floor(arg.limit / 2) -- the other half of the window is left to others
end
-- Requests that this Redis may not know of take up room until a whole window has passed.
if start.is_recent and room < start.sent_before + needed then
    return reply(false, arg.tick, ahead, start)
end
local wait = wait_for_room(room, oldest_leaves_in, needed, is_urgent)
if room <= 0 then
    local seconds = math.ceil(2 * arg.period)
    redis.call('SET', used_up, 1, 'EX', seconds)
end
-- At an even pace, each ticket ahead takes one interval after the last turn, and so does this one.
if is_paced and not is_urgent then
    wait = math.max(wait, arg.pace * (ahead + 1) - since_last_turn())
end
-- Tickets further behind ask later, so that the first one gets the room; all renew in time.
if wait > 0 then
    if is_background then
        wait = math.max(wait, arg.tick)
    end
    return reply(false, math.min(wait + arg.stagger * ahead, arg.longest_wait), ahead, start)
end
count_requests()
return reply(true, 0, ahead, start)
