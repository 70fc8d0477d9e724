// Whether an answer is one: a cheap look at every one while the load runs, a full check of the
// sampled ones afterwards. Uses: speaker. Used by: load, the scenarios.
#pragma once

#include "tools/bench/load.h"
#include "tools/bench/tls_line.h"
#include "tools/speaker/acknowledgement.h"
#include "tools/speaker/soap_message.h"

namespace yht::bench {

/// Status, and for each record of the request: verdict "created", a ticket number, a receipt. Over SOAP
/// also that the answer is signed; of an attachment its digest. Throws Invalid with the answer's beginning.
void checkAnswer(const Answer& answer, const Request& request);

/// The sequence number of each record. Requires: checkAnswer() took it.
void readSeqs(const Answer& answer, std::uint64_t* seqs, std::size_t records);

/// Signature, path and commitment of every record of every sample; each must be a new ticket's. Over
/// SOAP the answer's signature too, with `gateway`. The number of receipts checked, of attachments: of
/// answers. Throws Invalid.
std::size_t checkSamples(
    const LoadResult& result, const std::vector<Request>& requests, const Recipe& recipe,
    const speaker::LogKey& log_key, const crypto::Certificate& gateway
);

}  // namespace yht::bench
