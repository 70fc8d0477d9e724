#include "gateway/app/source_speaker.h"

#include "gateway/trust/pull_verifier.h"

namespace yht::app {

std::string lacksSpeaker(const kit::Manifest& manifest, const trust::TrustSnapshot& trust) {
    const bool asked = manifest.lifecycle == kit::Lifecycle::Live || manifest.lifecycle == kit::Lifecycle::Shadow;
    if (!manifest.pull || !asked) return "";
    const auto speaker = trust::pullSpeaker(trust, manifest.source, manifest.pull->partner);
    if (speaker.ok()) return "";
    const base::Error& error = speaker.error();
    return error.public_zh + " " + error.public_en + (error.detail.empty() ? "" : " (" + error.detail + ")");
}

std::vector<std::string> sourcesWithoutSpeaker(const intake::SourceAdapters& adapters, const trust::TrustSnapshot& trust) {
    std::vector<std::string> all;
    for (const auto& [id, adapter] : adapters) {
        if (const auto why = lacksSpeaker(adapter->manifest(), trust); !why.empty()) all.push_back(id + ": " + why);
    }
    return all;
}

}  // namespace yht::app
