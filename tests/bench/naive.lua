-- naive.lua - the plugin's labels as one would write them in Lua in an hour.
--
-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Scope: something to compare costs with (tests/bench/instructions).  It is what
-- a user without the plugin would write: flags and a table per tcp.stream.  It
-- believes every segment, so that it is wrong about copies, retransmissions,
-- lost segments, old duplicates, forged resets and captures that begin midway.

local naive = Proto("naive", "TCP state, naively")
local analysis = ProtoField.string("naive.analysis", "Analysis")
local client_state = ProtoField.string("naive.client", "Client")
local server_state = ProtoField.string("naive.server", "Server")
naive.fields = { analysis, client_state, server_state }

local stream, flags = Field.new("tcp.stream"), Field.new("tcp.flags")
local length, source = Field.new("tcp.len"), Field.new("tcp.srcport")
local connections, shown = {}, {}

function naive.init()
    connections, shown = {}, {}
end

local FIN, SYN, RST, ACK = 1, 2, 4, 16

local function label(connection, from_client, flag, data)
    local me, other = "server", "client"
    if from_client then me, other = other, me end
    if bit.band(flag, RST) ~= 0 then
        local step = connection.opened and "Connection reset by " .. me or "Connection refused"
        connection.client, connection.server = "CLOSED", "CLOSED"
        return step
    elseif bit.band(flag, SYN) ~= 0 and bit.band(flag, ACK) == 0 then
        connection.client, connection.server = "SYN_SENT", "SYN_RCVD"
        return "Handshake 1/3"
    elseif bit.band(flag, SYN) ~= 0 then
        connection.client = "ESTABLISHED"
        return "Handshake 2/3"
    elseif not connection.opened and from_client then
        connection.opened = true
        connection.client, connection.server = "ESTABLISHED", "ESTABLISHED"
        if data == 0 then return "Handshake 3/3" end
    end
    if bit.band(flag, FIN) ~= 0 then
        if connection.closer == nil then
            connection.closer = me
            connection[me], connection[other] = "FIN_WAIT_1", "CLOSE_WAIT"
            return "Close 1/4"
        elseif connection.closer ~= me then
            connection[me], connection[other] = "LAST_ACK", "TIME_WAIT"
            return "Close 3/4"
        end
    elseif connection.closer and data == 0 then
        if connection.closer ~= me and connection[other] == "FIN_WAIT_1" then
            connection[other] = "FIN_WAIT_2"
            return "Close 2/4"
        elseif connection.closer == me and connection[other] == "LAST_ACK" then
            connection[other] = "CLOSED"
            return "Close 4/4"
        end
    elseif data > 0 then
        if from_client and not connection.asked then
            connection.asked = true
            return "Connected: client sends request"
        elseif not from_client and not connection.answered then
            connection.answered = true
            return "First response from server"
        end
    end
end

function naive.dissector(buffer, pinfo, tree)
    local number = stream()
    if not number then return end
    if not pinfo.visited then
        local flag, port = flags().value, source().value
        local connection = connections[number.value]
        if not connection then
            connection = { port = port, client = "UNKNOWN", server = "UNKNOWN" }
            connections[number.value] = connection
        end
        local step = label(connection, port == connection.port, flag, length().value)
        shown[pinfo.number] = { step, connection.client, connection.server }
    end
    local row = shown[pinfo.number]
    local ours = tree:add(naive, buffer())
    if row[1] then ours:add(analysis, row[1]) end
    ours:add(client_state, row[2])
    ours:add(server_state, row[3])
end

register_postdissector(naive)
