# SPDX-License-Identifier: MIT
# Installs BUILD into an empty PREFIX: no header of an earlier build stays behind.
file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX} COMMAND_ERROR_IS_FATAL ANY)
