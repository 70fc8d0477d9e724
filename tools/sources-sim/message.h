// One thing that a source says: members and their values, in the order in which it writes them. How it is written down (JSON,
// a call, a row, a cell) is the way's. Uses: stage (JSON). Used by: shapes, trouble, the ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yht::sources_sim {

struct Member {
    enum class Form { Text, Json };  // Json: `text` is JSON already: a number, a list, null
    std::string name;
    std::string text;
    Form form = Form::Text;
};

struct Message {
    std::string name;  // which message of the protocol, table or operation: "pushJjd", "t_gd"
    std::string ref;   // the source's number of the ticket
    std::vector<Member> members;

    Member* find(std::string_view member);
    const Member* find(std::string_view member) const;
    /// The member's text, "" where it is not there.
    std::string text(std::string_view member) const;
};

/// A JSON object of the members whose names do not begin with "@": those stand beside it.
std::string jsonOf(const Message& message);

}  // namespace yht::sources_sim
