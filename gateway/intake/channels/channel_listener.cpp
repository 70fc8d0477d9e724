#include "gateway/intake/channels/channel_listener.h"

#include <Poco/Net/NetException.h>

#include "gateway/intake/http/problem.h"

namespace yht::channels {
namespace {

constexpr int kBacklog = 128;

}  // namespace

base::Result<std::unique_ptr<ChannelListener>> ChannelListener::open(const ListenerOptions& options, DeskParts parts) {
    try {
        const auto socket = options.contexts == nullptr ? http::listenPlain(options.listen, kBacklog)
                                                        : trust::listenTls(options.listen, *options.contexts, kBacklog);
        return std::unique_ptr<ChannelListener>(new ChannelListener(socket, options, std::move(parts)));
    } catch (const Poco::Exception& error) {
        return base::makeError(
            base::ErrorCode::ConfigInvalid, "channels.listen " + options.listen.toString() + ": " + error.displayText()
        );
    }
}

ChannelListener::ChannelListener(
    const Poco::Net::ServerSocket& socket, const ListenerOptions& options, DeskParts parts
)
    : drain_ms_(options.drain_ms),
      cut_(prometheus::BuildCounter()
               .Name("yht_channel_connections_cut")
               .Help("Connections of the channels listener that were refused or cut, by cause.")
               .Register(parts.registry)),
      handshake_log_(parts.clock, parts.logger),
      desk_(std::move(parts)),
      listener_(
          socket, options.limits, desk_.clock(),
          http::Answerer{
              .answer = [this](const http::RequestHead& head, http::Exchange& exchange) {
                  handshake_log_.endQuiet();
                  return desk_.answer(head, exchange);
              },
              .problem = [](const base::Error& error) { return http::problemAnswer(error); },
              .handshake_refused = [this](const base::Error& error, const std::string& address) {
                  cut_.Add({{"cause", error.row().wire}}).Increment();
                  handshake_log_.refused("channels", error, address);
              }},
          [this](http::Cause cause) { cut_.Add({{"cause", http::causeName(cause)}}).Increment(); }
      ) {}

ChannelListener::~ChannelListener() { stop(); }

}  // namespace yht::channels
