// A source of adapters/sources put into a federation's deployment and made live, with a partner that speaks for it. Transports of
// its own (pull, endpoints, results) are left out: its messages are posted. Uses: federation. Used by: source scenarios.
#pragma once

#include <string>

#include "tests/scenarios/federation.h"

namespace yht::scenarios {

/// Copies the source and its product; `partner` (one of the development deployment's) speaks for it. Before the gateway starts.
void shipSource(
    const Federation& federation, const std::string& source, const std::string& product, const std::string& region,
    const std::string& partner
);
/// Replaces the first `from` in a file of the deployment; the test fails where it is not there.
void replaceInDeployment(const Federation& federation, const std::string& file, const std::string& from, const std::string& to);
/// Bytes of the one input.* of a shipped sample; "" where there is none.
std::string shippedMessage(const std::string& source, const std::string& sample);
/// A number of the account in the answer, the whole body where there is none.
std::string accountOf(const Reply& reply, const char* name);

}  // namespace yht::scenarios
