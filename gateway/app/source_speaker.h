// Whether anybody may speak for a pulled source (取数来源的对接方): without such a partner it is blocked from its first file on.
// Uses: kit/inbound, trust, admission (source_adapters). Used by: commands_adapters, commands_adapters_grade, commands_config.
#pragma once

#include <string>
#include <vector>

#include "gateway/intake/admission/source_adapters.h"
#include "gateway/trust/partner.h"

namespace yht::app {

/// Why nobody may, in both languages. "" where somebody may, and of sources that are not asked: those that push, drafts,
/// retired ones.
std::string lacksSpeaker(const kit::Manifest& manifest, const trust::TrustSnapshot& trust);

/// "ID: why" of every source that would be blocked.
std::vector<std::string> sourcesWithoutSpeaker(const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust);

}  // namespace yht::app
