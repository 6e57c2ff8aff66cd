// Picks the sequence of steps in which a flow gets its token, and keeps the guard's memory right when a flow
// is abandoned.
#include "daemon/core/login_flow.hpp"

#include "daemon/core/login_sequences.hpp"
#include "daemon/core/rescoping_sequence.hpp"

#include <utility>

namespace tokenward {
namespace {

std::unique_ptr<login_sequence> sequence_for(flow_context& flow, scope target, duration at_least) {
    switch (flow.state.way.scoped_by) {
    case login_way::scope_of::secret: return std::make_unique<given_token_sequence>(flow, std::move(target));
    case login_way::scope_of::application_credential:
        return std::make_unique<own_scope_sequence>(flow, std::move(target));
    case login_way::scope_of::login: break;
    }
    if (flow.state.opens_by_rescoping())
        return std::make_unique<rescoping_sequence>(flow, std::move(target), at_least);
    return std::make_unique<scope_login_sequence>(flow, std::move(target), at_least);
}

} // namespace

login_flow::login_flow(login_state& state, scope target, duration at_least)
    : x_context{.state = state}, x_sequence(sequence_for(x_context, std::move(target), at_least)) {}

login_flow::login_flow(login_state& state, std::shared_ptr<const secret> passcode)
    : x_context{.state = state},
      x_sequence(std::make_unique<passcode_sequence>(x_context, std::move(passcode))) {}

login_step login_flow::resume(login_event event, const login_time& now) {
    return x_sequence->resume(event, now);
}

void login_flow::abandon(bool sent_whole, instant now) {
    if (!x_context.counted) return;
    const login_end how = x_context.sending && sent_whole ? login_end::lost : login_end::unsent;
    x_context.state.guard.end(x_context.state.who, *x_context.counted, how, now);
    x_context.counted.reset();
}

} // namespace tokenward
