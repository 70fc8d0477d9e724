// What each source says and how: its own members, its own codes, its own paths.
//   110    flat JSON, pinyin initials: 接警单, 接收确认, 反馈单 (adapters/products/police110-push/README.md)
//   12315  one call a step: acceptance, initial reply, consumption feedback (adapters/products/market12315-steps/README.md)
// Written from those pages alone. Uses: case_book. Used by: trouble, main.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace yht::sources_sim {

struct Message {
    std::string name;  // which message of the protocol: "pushJjd", "acceptance"
    std::string ref;   // the source's number of the ticket
    std::string body;  // UTF-8 JSON, until trouble comes over it
};

struct ShapeOptions {
    std::size_t cases = 3;
    std::uint64_t first_no = 1;  // so that a second run has numbers of its own
    std::int64_t skew_s = 0;     // the source's clock runs ahead by so much
};

/// Every case's messages in the order in which they happen; tickets one after the other.
std::vector<Message> messagesOf110(const ShapeOptions& options);
std::vector<Message> messagesOf12315(const ShapeOptions& options);

/// What each protocol's caller takes for "done": JSON with `code` 200, as text or number.
bool saysDone(int http_status, const std::string& reply);

}  // namespace yht::sources_sim
