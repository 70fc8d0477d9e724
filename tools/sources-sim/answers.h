// What a caller makes of an answer, in its own terms: {"code":"200"} for 110, {"success":true} for 12315, a result element with
// {"Success":true} for the street platform. HTTP 200 alone says nothing. Uses: soap_text, stage. Used by: caller, main.
#pragma once

#include <string>
#include <string_view>

namespace yht::sources_sim {

struct Understood {
    bool done = false;
    std::string number;  // the ticket number that the answer gives, "" none
};

/// `shape`: the name of one that calls.
Understood understood(std::string_view shape, int http_status, const std::string& reply);

}  // namespace yht::sources_sim
