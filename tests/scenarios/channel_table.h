// Which channel may show whose data to whom, and by which right and for which reason: everything that shows anything is a row here. A
// channel without a row, and a mark that its row does not name, fail the test. gateway/app/README.md tells operators the same.
// Uses: marks. Used by: the test of personal data.
#pragma once

#include <string>

#include "tests/scenarios/marks.h"

namespace yht::scenarios {

/// Fails where `text`, which that channel showed at `where`, has a mark that its row does not name, or lacks one that it must have.
void expectOnlyAllowed(const Marks& marks, const std::string& channel, const std::string& where, const std::string& text);

}  // namespace yht::scenarios
